import { mediaType } from './comparison.ts'

/** Media types (IANA's names, and older ones that servers still send) and the usual suffix of a file of that type. */
const SUFFIXES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'application/atom+xml': '.atom',
    'application/epub+zip': '.epub',
    'application/geo+json': '.geojson',
    'application/gzip': '.gz',
    'application/java-archive': '.jar',
    'application/javascript': '.js',
    'application/json': '.json',
    'application/ld+json': '.jsonld',
    'application/manifest+json': '.webmanifest',
    'application/msword': '.doc',
    'application/octet-stream': '.bin',
    'application/pdf': '.pdf',
    'application/postscript': '.ps',
    'application/rdf+xml': '.rdf',
    'application/rss+xml': '.rss',
    'application/rtf': '.rtf',
    'application/sql': '.sql',
    'application/vnd.apache.parquet': '.parquet',
    'application/vnd.ms-excel': '.xls',
    'application/vnd.ms-powerpoint': '.ppt',
    'application/vnd.oasis.opendocument.spreadsheet': '.ods',
    'application/vnd.oasis.opendocument.text': '.odt',
    'application/vnd.openxmlformats-officedocument.presentationml.presentation': '.pptx',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': '.xlsx',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': '.docx',
    'application/vnd.sqlite3': '.sqlite',
    'application/wasm': '.wasm',
    'application/x-7z-compressed': '.7z',
    'application/x-bzip2': '.bz2',
    'application/x-gzip': '.gz',
    'application/x-ndjson': '.ndjson',
    'application/x-tar': '.tar',
    'application/x-xz': '.xz',
    'application/x-zip-compressed': '.zip',
    'application/xhtml+xml': '.xhtml',
    'application/zip': '.zip',
    'application/zstd': '.zst',
    'audio/flac': '.flac',
    'audio/mp4': '.m4a',
    'audio/mpeg': '.mp3',
    'audio/ogg': '.ogg',
    'audio/wav': '.wav',
    'font/otf': '.otf',
    'font/ttf': '.ttf',
    'font/woff': '.woff',
    'font/woff2': '.woff2',
    'image/avif': '.avif',
    'image/bmp': '.bmp',
    'image/gif': '.gif',
    'image/jpeg': '.jpg',
    'image/png': '.png',
    'image/svg+xml': '.svg',
    'image/tiff': '.tif',
    'image/vnd.microsoft.icon': '.ico',
    'image/webp': '.webp',
    'image/x-icon': '.ico',
    'text/calendar': '.ics',
    'text/css': '.css',
    'text/csv': '.csv',
    'text/html': '.html',
    'text/javascript': '.js',
    'text/markdown': '.md',
    'text/tab-separated-values': '.tsv',
    'text/vcard': '.vcf',
    'text/vtt': '.vtt',
    'video/mp4': '.mp4',
    'video/mpeg': '.mpg',
    'video/ogg': '.ogv',
    'video/quicktime': '.mov',
    'video/webm': '.webm',
  }),
)

/** Structured syntaxes (RFC 6838 4.2.8): a type that the table lacks is still JSON, XML, … */
const SYNTAXES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '+cbor': '.cbor',
    '+gzip': '.gz',
    '+json': '.json',
    '+xml': '.xml',
    '+yaml': '.yaml',
    '+zip': '.zip',
  }),
)

/** The suffix, with its dot, of a file of this `Content-Type`; '' where none is known. */
export function mediaSuffix(contentType: string | undefined): string {
  const type = mediaType(contentType)
  const known = SUFFIXES.get(type) ?? SYNTAXES.get(type.slice(Math.max(type.lastIndexOf('+'), 0)))
  if (known !== undefined) return known
  if (type.endsWith('/xml')) return '.xml'
  if (type.endsWith('/yaml') || type.endsWith('/x-yaml')) return '.yaml'
  return type.startsWith('text/') ? '.txt' : ''
}
