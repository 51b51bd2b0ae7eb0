import neostandard from 'neostandard'

export default neostandard({ ts: true, noJsx: true, ignores: ['**/dist', '.bench', '**/.tap', 'openapi/*.json'] })
