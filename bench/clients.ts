// How much a page loads of this client, and of others that upload to S3: bundled for browsers, minified, compressed.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { table } from './report.js'

/** What each client is imported as, by somebody who uploads files with it. */
const CLIENTS = [
  {
    name: 'fastify-upload-url-client, for files',
    code: "export { createUploader } from '../openapi/client/transfer.js'"
  },
  {
    name: 'fastify-upload-url-client, with recordings',
    code: "export { createUploader } from '../openapi/client/index.js'"
  },
  { name: 'better-upload', code: "export { useUploadFiles } from 'better-upload/client'" },
  { name: 'tus-js-client', code: "export { Upload } from 'tus-js-client'" },
  {
    name: '@uppy/aws-s3 with @uppy/core',
    code: "export { default } from '@uppy/core'; export { default as S3 } from '@uppy/aws-s3'"
  },
  { name: 'uploadthing', code: "export { genUploader } from 'uploadthing/client'" }
]

/** Bundles all of them, and compares. What a page has anyway, such as React, is left out. */
export async function benchClients (): Promise<string> {
  const rows = await Promise.all(CLIENTS.map(async ({ name, code }) => {
    const { outputFiles: [bundle] } = await build({
      stdin: { contents: code, resolveDir: 'bench' },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      external: ['react', 'react/*'],
      define: { 'process.env.NODE_ENV': '"production"' },
      write: false,
      logLevel: 'error'
    })
    const { contents } = bundle!
    return [name, versionOf(name), kilobytes(contents.length), kilobytes(gzipSync(contents, { level: 9 }).length)]
  }))
  return table(['client, in a browser', 'version', 'kB minified', 'kB compressed'], rows)
}

function versionOf (name: string): string {
  const [packageName = ''] = /^(?:@[\w-]+\/)?[\w-]+/.exec(name) ?? []
  const folder = packageName === 'fastify-upload-url-client' ? 'openapi/client' : `bench/node_modules/${packageName}`
  return (JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { readonly version: string }).version
}

function kilobytes (bytes: number): string {
  return (bytes / 1000).toFixed(1)
}
