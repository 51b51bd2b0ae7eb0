import { Validator } from '@seriousme/openapi-schema-validator'

/** Validates a document against the meta-schema of its version of OpenAPI. */
export async function validateOpenApi (document: object): Promise<{ readonly valid: boolean }> {
  return await new Validator().validate(structuredClone(document) as Record<string, unknown>)
}
