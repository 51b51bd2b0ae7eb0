import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { exampleOf, type ErrorCode } from 'fastify-upload-url'
import { dedupeComponents } from './components.js'
import { addServiceResponses, SERVICE_EXAMPLES } from './responses.js'

/** Options of the plugin. */
export interface OpenapiOptions {
  /** Version of the service, as the document states it. */
  readonly version: string
}

const DESCRIPTION = `Upload audio straight into S3.

Request a URL, then send the bytes to it: they never pass through this service. Everything you declare of a
file (type, size, SHA-256, metadata) is signed into the URL, so S3 refuses anything else, and the URL works once.
Send exactly the \`headers\` of the response.

Every response states in \`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` what is left of this
minute.`

const TAGS = [
  { name: 'Uploads', description: 'URLs and forms to upload with.' },
  { name: 'Multipart uploads', description: 'Long recordings in parts, which survive a broken connection.' },
  { name: 'Objects', description: 'What has been uploaded.' }
]

/** The page's own scripts and requests, and the one style that Swagger UI writes into it; nothing else. */
const CONTENT_SECURITY_POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'"
}

async function openapi (fastify: FastifyInstance, { version }: OpenapiOptions): Promise<void> {
  await fastify.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Upload URLs',
        version,
        description: DESCRIPTION,
        contact: { name: 'fastify-upload-url' },
        license: { name: 'MIT', identifier: 'MIT' }
      },
      servers: [{ url: '/', description: 'This server' }],
      tags: TAGS,
      components: {
        securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'Your API key.' } }
      },
      security: [{ apiKey: [] }]
    },
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, index) => (json['$id'] as string | undefined) ?? `def-${index}`
    },
    transform: ({ schema, url, route }) => ({ schema: describeRoute(schema, route), url }),
    transformObject: document => 'openapiObject' in document
      ? dedupeComponents(document.openapiObject, code => SERVICE_EXAMPLES[code] ?? exampleOf(code as ErrorCode))
      : document.swaggerObject
  })
  await fastify.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: CONTENT_SECURITY_POLICY,
    uiConfig: { persistAuthorization: true, tryItOutEnabled: true, displayRequestDuration: true, validatorUrl: null }
  })
}

function describeRoute (schema: FastifySchema | undefined, route: RouteOptions): FastifySchema {
  return schema === undefined || schema.hide === true ? { ...schema } : addServiceResponses(schema, route)
}

/**
 * Serves the OpenAPI 3.1 document under `/docs/json` and `/docs/yaml`, and Swagger UI under `/docs`. Register it before
 * the routes.
 */
export default fp(openapi, { name: 'openapi', fastify: '5.x' })
