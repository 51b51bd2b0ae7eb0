// What the other plugins of this package are built on: they import from here and from index.ts alone.
export { authenticate, authorizer, ownerOf } from './authentication.js'
export { stringEnum } from './document.js'
export { errors, UploadErrorSchema } from './errors.js'
export { isolateScope, type Scope } from './isolate-scope.js'
export { ownerSegment } from './object-key.js'
export { S3_LIMITS } from './s3/limits.js'
export { internalsOf } from './uploads.js'
export { createValidation } from './validation.js'
