import { Type, type Static } from '@sinclair/typebox'

/** The shape of every error, which is Fastify's own. */
export const UploadErrorSchema = Type.Object({
  statusCode: Type.Integer({ minimum: 400, maximum: 599, description: 'The status of the reply.', examples: [400] }),
  code: Type.String({ description: 'What went wrong, for programs: stable across releases.', examples: ['FST_UPLOAD_FIELD_REQUIRED'] }),
  error: Type.String({ description: 'Name of the status code.', examples: ['Bad Request'] }),
  message: Type.String({ description: 'What went wrong and what to do about it, for people.', examples: ['size is required: every upload has to declare its exact size in bytes, at most 26214400'] })
}, { $id: 'UploadError', description: 'An error.', additionalProperties: false })

export type UploadError = Static<typeof UploadErrorSchema>

/**
 * Writes a reply as JSON. Fastify hands errors over as they are when a route documents their status;
 * of these, the fields of {@link UploadErrorSchema} are written and nothing else.
 */
export function toJson (reply: unknown): string {
  if (!(reply instanceof Error)) return JSON.stringify(reply)
  const { statusCode, code, error, message } = reply as Error & Partial<UploadError>
  return JSON.stringify({ statusCode, code, error, message })
}
