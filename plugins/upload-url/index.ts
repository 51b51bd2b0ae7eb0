import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { authenticate, authorizer } from './authentication.js'
import { errors, UploadErrorSchema } from './errors.js'
import { isolateScope, type Scope } from './isolate-scope.js'
import { componentsOf, createRunner } from './operation.js'
import { operations } from './operations/index.js'
import { resolveOptions, type UploadUrlOptions } from './options.js'
import { createServices } from './services.js'
import { createUploads, type Uploads } from './uploads.js'
import { createValidation } from './validation.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The operations of `fastify-upload-url` without HTTP, for routes and jobs of your own. */
    uploads: Uploads
  }
}

const COMPONENTS = [UploadErrorSchema, ...componentsOf(operations)]

async function registerUploadUrl (fastify: FastifyInstance, options: UploadUrlOptions): Promise<void> {
  if (fastify.hasDecorator('uploads')) {
    throw new errors.FST_UPLOAD_INVALID_OPTIONS(
      'it is registered in this scope already: for a second bucket, register each in a scope of its own, ' +
      'app.register(async scope => { await scope.register(uploadUrl, options) })'
    )
  }
  const resolved = resolveOptions(options)
  const services = await createServices(resolved, fastify.log)
  const validation = createValidation(COMPONENTS)
  const runner = createRunner(operations, services, validation, authorizer(resolved))
  const { prefix, logLevel, logSerializers } = resolved

  fastify.decorate('uploads', createUploads(runner, services, validation))
  fastify.addHook('onClose', () => services.close())

  await fastify.register(async (scope: Scope) => {
    isolateScope(scope, validation, COMPONENTS)
    authenticate(scope, resolved)
    runner.serve(scope)
  }, { prefix, ...logLevel && { logLevel }, ...logSerializers && { logSerializers } })
}

/**
 * Lets the users of a Fastify application upload audio straight into S3: adds `GET /upload-url` and related routes,
 * and `app.uploads` for routes of your own.
 */
export const uploadUrl = fp(registerUploadUrl, { name: 'fastify-upload-url', fastify: '>=5.3.0 <6' })
export default uploadUrl

export type { Authorization } from './authentication.js'
export { channels, type CredentialsEvent, type SignEvent, type StoreEvent } from './s3/diagnostics.js'
export { errorResponse, type ErrorResponse } from './document.js'
export {
  errors, exampleOf, UploadErrorSchema, type ErrorCode, type UploadError, type UploadErrorCode
} from './errors.js'
export { AUDIO_FORMATS, type Format, type FormatName } from './formats.js'
export type { UploadUrl } from './operations/create-upload-url.js'
export type { UploadFile } from './schemas.js'
export type { Owner, UploadUrlOptions, UploadUrlSettings } from './options.js'
export { policyProblems, type RequestPolicy } from './request-policy.js'
export type { Salvaged, SalvageInput } from './salvage.js'
export type { Audio, UploadStatus } from './upload-status.js'
export type { OperationId, OperationInput, OperationOutput, Uploads } from './uploads.js'
