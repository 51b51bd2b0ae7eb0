import awsLambda from '@fastify/aws-lambda'
import { buildApp } from './app.js'
import { readEnvironment } from './environment.js'

const app = await buildApp(readEnvironment())

/**
 * The service as an AWS Lambda function, behind API Gateway (REST or HTTP) or under a function URL, configured by the
 * same environment variables. Set `REDIS_URL` where limits shall count across instances.
 */
export const handler = awsLambda(app, {
  // A file name may hold a comma.
  parseCommaSeparatedQueryParams: false,
  // Connections to Redis and the store stay open for the next event.
  callbackWaitsForEmptyEventLoop: false
})

await app.ready()
