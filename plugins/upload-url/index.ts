import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createContext } from './context.js'
import { UploadErrorSchema } from './error-schema.js'
import { requireOwner } from './identity.js'
import { multipart } from './multipart/routes.js'
import { resolveOptions, type UploadUrlOptions } from './options.js'
import { isolateScope } from './isolate-scope.js'
import type { Scope } from './resource.js'
import { stored } from './stored/routes.js'
import { uploadUrls } from './upload-urls/routes.js'
import { createUploads, type Uploads } from './uploads.js'
import { createValidation } from './validation.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Upload URLs and forms without HTTP, for routes and jobs of your own. */
    uploads: Uploads
  }
}

const RESOURCES = [uploadUrls, multipart, stored]
const COMPONENTS = [UploadErrorSchema, ...RESOURCES.flatMap(resource => resource.components)]

async function registerUploadUrl (fastify: FastifyInstance, options: UploadUrlOptions): Promise<void> {
  const resolved = resolveOptions(options)
  const context = await createContext(resolved, message => fastify.log.warn(message))
  const validation = createValidation(COMPONENTS)

  fastify.decorate('uploads', createUploads(context, validation))

  fastify.addHook('onReady', () => context.presigner.warmUp())

  await fastify.register(async (scope: Scope) => {
    isolateScope(scope, validation, COMPONENTS)
    requireOwner(scope, resolved)
    for (const resource of RESOURCES) resource.routes(scope, context)
  }, { prefix: resolved.prefix })
}

/**
 * Lets the users of a Fastify application upload audio straight into S3: adds `GET /upload-url` and its
 * company, and `app.uploads` for routes of your own.
 */
export const uploadUrl = fp(registerUploadUrl, { name: 'fastify-upload-url', fastify: '^5.3.0' })
export default uploadUrl

export { channels, type CredentialsEvent, type SignEvent, type StoreEvent } from './diagnostics.js'
export { describe } from './error-examples.js'
export type { UploadError } from './error-schema.js'
export { errors, type UploadErrorCode } from './errors.js'
export { withErrors, type ErrorResponse } from './responses.js'
export { AUDIO_FORMATS, type Format } from './formats.js'
export type { Authorization, UploadUrlOptions, UploadUrlSettings } from './options.js'
export type { CompletedUpload, Completion, MultipartDeclaration, MultipartUpload, Parts, PartUrls, PartUrlsRequest, UploadReference } from './multipart/schemas.js'
export type { Audio } from './stored/inspection/audio-schema.js'
export type { DownloadUrl, UploadStatus } from './stored/schemas.js'
export type { OnBehalfOf, Uploads } from './uploads.js'
export type { UploadDeclaration, UploadForm, UploadFormDeclaration, UploadUrl, UploadUrls } from './upload-urls/schemas.js'
