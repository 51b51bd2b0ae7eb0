import awsLambda from '@fastify/aws-lambda'
import { loadConfig } from '../plugins/config.js'
import { buildApp } from './app.js'

// A function listens nowhere, and is reached from anywhere. It is frozen between events, which looks like a delay.
const app = await buildApp(loadConfig({ ...process.env, HOST: '0.0.0.0', MAX_EVENT_LOOP_DELAY: '0' }))

/**
 * The service as an AWS Lambda function, behind API Gateway (REST or HTTP) or under a function URL, configured by the
 * same environment variables. Set `REDIS_URL` where limits have to count across instances.
 */
export const handler = awsLambda(app, {
  // A file name may contain a comma.
  parseCommaSeparatedQueryParams: false,
  // Connections to Redis and the store stay open for the next event.
  callbackWaitsForEmptyEventLoop: false
})

await app.ready()
