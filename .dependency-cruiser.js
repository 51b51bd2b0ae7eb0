// Which file may import which: `npm run lint` checks it, and counts imports of types.
const UPLOAD_URL = '^plugins/upload-url/'
const LOCAL_S3 = '^plugins/local-s3/'
const PACKAGES = '^plugins/(upload-url|local-s3)/'
const SERVER_PLUGINS = '^plugins/([^/]+\\.ts$|openapi/|playground/)'
const FOUNDATIONS = `${UPLOAD_URL}((s3|multipart)/|(policy|formats|object-key|metadata|errors|schemas)\\.ts$)`

/** A rule that files of one place never import those of another. */
const never = (name, from, to) => ({ name, severity: 'error', from, to })

export default {
  forbidden: [
    never('no-circles', {}, { circular: true }),
    never('server-on-top', { pathNot: '^(src|test|bench|openapi)/' }, { path: '^src/' }),
    never('packages-below-server', { path: PACKAGES }, { path: SERVER_PLUGINS }),
    never('packages-by-name', { path: ['^src/', SERVER_PLUGINS] }, {
      path: PACKAGES,
      dependencyTypesNot: ['aliased-workspace']
    }),
    never('local-s3-alone', { path: LOCAL_S3 }, { path: UPLOAD_URL }),
    never('client-alone', { path: '^openapi/client/' }, { pathNot: '^openapi/client/' }),
    never('upload-url-alone', { path: UPLOAD_URL }, { path: LOCAL_S3 }),
    never('audio-alone', { path: `${UPLOAD_URL}audio/` }, { path: '^(src|plugins)/', pathNot: `${UPLOAD_URL}audio/` }),
    never('operations-on-foundations', { path: FOUNDATIONS }, { path: `${UPLOAD_URL}(operations/|index\\.ts|operation\\.ts)` }),
    never('errors-at-the-bottom', { path: `${UPLOAD_URL}errors\\.ts` }, { path: UPLOAD_URL }),
    never('subpaths-through-the-front', { path: `${UPLOAD_URL}(uppy|events)/` }, {
      path: UPLOAD_URL,
      pathNot: `${UPLOAD_URL}(uppy/|events/|(index|internals)\\.ts$)`
    }),
    never('subpaths-on-top', { path: UPLOAD_URL, pathNot: `${UPLOAD_URL}(uppy|events|bucket)/` }, {
      path: `${UPLOAD_URL}(uppy|events)/`
    })
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/.*/node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['fastify-upload-url-source', 'import', 'node', 'default', 'types']
    }
  }
}
