// Which file may import which: `npm run lint` checks it, and counts imports of types.
const UPLOAD_URL = '^plugins/upload-url/'
const PACKAGES = '^plugins/(upload-url|local-s3)/'
const SERVER_PLUGINS = '^plugins/([^/]+\\.ts$|openapi/|playground/)'

/** A rule that files of one place never import those of another. */
const never = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to })

export default {
  forbidden: [
    never('no-circles', {}, { circular: true }, 'Files that need each other are one file, or need a third.'),
    never('the-server-is-on-top', { pathNot: '^(src|test|bench|openapi)/' }, { path: '^src/' }),
    never('packages-stand-alone', { path: PACKAGES }, { path: SERVER_PLUGINS }),
    never('packages-by-name', { path: ['^src/', SERVER_PLUGINS] }, { path: PACKAGES, dependencyTypesNot: ['aliased-workspace'] }),
    never('the-store-stands-alone', { path: '^plugins/local-s3/' }, { path: UPLOAD_URL }),
    never('the-product-stands-alone', { path: UPLOAD_URL }, { path: '^plugins/local-s3/' }),
    never('audio-stands-alone', { path: `${UPLOAD_URL}audio/` }, { path: '^(src|plugins)/', pathNot: `${UPLOAD_URL}audio/` }),
    never('nothing-runs-back-to-operations', { path: `${UPLOAD_URL}((s3|multipart)/|(policy|formats|object-key|metadata|errors)\\.ts)` }, { path: `${UPLOAD_URL}(operations/|index\\.ts|operation\\.ts)` }),
    never('errors-are-at-the-bottom', { path: `${UPLOAD_URL}errors\\.ts` }, { path: UPLOAD_URL }),
    never('subpaths-see-the-front', { path: `${UPLOAD_URL}(uppy|events)/` }, { path: UPLOAD_URL, pathNot: `${UPLOAD_URL}(uppy/|events/|index\\.ts$|operation\\.ts$)` }),
    never('nobody-needs-subpaths', { path: UPLOAD_URL, pathNot: `${UPLOAD_URL}(uppy|events)/` }, { path: `${UPLOAD_URL}(uppy|events)/` })
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['fastify-upload-url-source', 'import', 'node', 'default', 'types'] }
  }
}
