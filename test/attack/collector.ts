// Makes a process collect its garbage on SIGWINCH, which nothing else uses, so that the memory it holds then is memory it needs.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
process.on('SIGWINCH', () => collectGarbage())
