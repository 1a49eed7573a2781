import { fetchTwice } from './one-url.ts'
import { tellStory } from './story.ts'

const [url] = process.argv.slice(2)
const wentWell = await (url === undefined ? tellStory() : fetchTwice(url))
process.exitCode = wentWell ? 0 : 1
