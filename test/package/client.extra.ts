import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import t from 'tap'

/** Bytes, minified and compressed. */
const BOUNDS = { transfer: 5_000, index: 7_500 }

for (const [entry, bound] of Object.entries(BOUNDS)) {
  t.test(`in a browser, ${entry} takes at most ${bound} bytes`, async t => {
    const { outputFiles: [bundle] } = await build({
      entryPoints: [`openapi/client/${entry}.ts`],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      write: false
    })
    const size = gzipSync(bundle!.contents, { level: 9 }).length
    t.comment(`${size} bytes`)
    t.ok(size <= bound, String(size))
  })
}
