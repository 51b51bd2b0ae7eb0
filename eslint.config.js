import neostandard, { plugins } from 'neostandard'

export default [
  ...neostandard({ ts: true, noJsx: true, ignores: ['**/dist', '.bench', '**/.tap', 'openapi/*.json', 'openapi/client/api.ts'] }),
  {
    plugins: { '@stylistic': plugins['@stylistic'] },
    rules: {
      '@stylistic/max-len': ['warn', { code: 120, ignoreUrls: true }],
      'object-shorthand': ['error', 'properties']
    }
  },
  {
    files: ['plugins/**', 'src/**', 'openapi/**'],
    rules: { '@stylistic/max-len': ['error', { code: 120, ignoreUrls: true }] }
  }
]
