import awsLambda, { type LambdaFastifyOptions } from '@fastify/aws-lambda'
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { loadConfig } from '../plugins/config.js'
import { buildApp } from './app.js'

type Event = APIGatewayProxyEvent | APIGatewayProxyEventV2

const OPTIONS: LambdaFastifyOptions = {
  // A file name may contain a comma.
  parseCommaSeparatedQueryParams: false,
  // Connections to Redis and the store stay open for the next event.
  callbackWaitsForEmptyEventLoop: false,
  // The path has lost its stage already, and may begin with the same word again.
  retainStage: true
}

// A function listens nowhere, and is reached from anywhere. It is frozen between events, which looks like a delay.
const app = await buildApp(loadConfig({ ...process.env, HOST: '0.0.0.0', MAX_EVENT_LOOP_DELAY: '0' }))
const proxy = awsLambda(app, OPTIONS)

/**
 * The service as an AWS Lambda function, behind API Gateway (REST or HTTP, with any stage, and under a custom domain
 * with a base path) or under a function URL, configured by the same environment variables. Set `REDIS_URL` where limits
 * have to count across instances.
 */
export const handler = async (event: Event, context: Context) => await proxy(withoutBasePath(event), context)

await app.ready()

// Stages of HTTP APIs and base paths of custom domains are parts of the path, which our routes know nothing of.
function withoutBasePath (event: Event): Event {
  if ('rawPath' in event) {
    const template = event.routeKey.split(' ')[1]
    return { ...event, rawPath: withoutSegments(event.rawPath, baseLength(event.rawPath, template, event)) }
  }
  return { ...event, path: withoutSegments(event.path, baseLength(event.path, event.resource, event)) }
}

/**
 * How many segments come before what the API routes by.
 *
 * @param template path of the API's route, such as `/{proxy+}`; anything else for the route `$default`
 */
function baseLength (path: string, template: string | undefined, { pathParameters, requestContext }: Event): number {
  if (!template?.startsWith('/')) return segments(path)[0] === requestContext.stage ? 1 : 0
  const routed = segments(template).reduce((length, segment) => {
    const [, name] = /^\{(.+)\+\}$/.exec(segment) ?? []
    return length + (name === undefined ? 1 : segments(pathParameters?.[name] ?? '').length)
  }, 0)
  return segments(path).length - routed
}

function segments (path: string): string[] {
  return path.split('/').filter(Boolean)
}

function withoutSegments (path: string, count: number): string {
  let rest = path
  for (let i = 0; i < count; i++) rest = rest.replace(/^\/+[^/]+/, '')
  return rest === '' ? '/' : rest
}
