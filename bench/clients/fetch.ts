import { bodyOf, serve } from './serve.ts'

serve(process.versions.node, async ({ url }) => bodyOf(await fetch(url)))
