import { Type } from '@sinclair/typebox'
import { claim } from '../claim.js'
import { STORE_ERRORS } from '../errors.js'
import { operation } from '../operation.js'
import { EXAMPLE_KEY, Key } from '../schemas.js'

export const claimUpload = operation({
  route: { method: 'POST', url: '/claims', status: 204, option: 'unclaimed' },
  docs: {
    tag: 'Objects',
    summary: 'Claim an upload',
    description: 'Keeps an upload that would expire otherwise, under the same key. Safe to repeat. One that has ' +
      'expired is not found. Served where the option `unclaimed` is given.'
  },
  input: Type.Object({ key: Key }, {
    $id: 'Claim',
    description: 'The upload to keep.',
    additionalProperties: false,
    examples: [{ key: EXAMPLE_KEY }]
  }),
  output: Type.Unsafe<void>(Type.Null({ description: 'Claimed.' })),
  errors: ['FST_UPLOAD_NOT_FOUND', ...STORE_ERRORS],

  async run (services, { key }, { owner, signal }) {
    await claim(services, services.keys.find(owner, key), signal)
  }
})
