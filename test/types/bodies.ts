import { fileNameOf, saveTo } from 'holdfast'

export async function saved(response: Response, stream: WritableStream<Uint8Array>): Promise<readonly (string | undefined)[]> {
  return [
    await saveTo(response, { file: './rates.json' }),
    await saveTo(response, { dir: './downloads' }),
    await saveTo(response, { stream }),
    await saveTo(response, { stream: process.stdout }),
  ]
}

export const name = (response: Response): string | undefined => fileNameOf(response, { fallback: 'download.bin' })
export const bareName = (response: Response): string | undefined => fileNameOf(response)

export const mistakes = [
  // @ts-expect-error it is not said where to
  (response: Response) => saveTo(response),
  // @ts-expect-error a path alone does not say whether it is a file or a folder
  (response: Response) => saveTo(response, './rates.json'),
  // @ts-expect-error one place, not none
  (response: Response) => saveTo(response, {}),
]
