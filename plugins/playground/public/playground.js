import { Notices } from './notices.js'
import { showRecording } from './recordings.js'
import { Service } from './service.js'
import { createUploader } from './uploader.js'

const KEY = 'api-key'
const { document, location, sessionStorage } = globalThis
const element = id => document.getElementById(id)

/** Shows the uploader where the key is good, and else asks for one. */
async function signIn (apiKey) {
  const service = new Service(apiKey)
  const { companionEndpoint } = await service.call('POST', '/uppy-tokens')
  element('sign-in').hidden = true
  element('upload').hidden = false
  const uppy = createUploader({ service, companionEndpoint, target: '#dashboard', notices: new Notices(element('notices')) })
  uppy.on('upload-success', ({ name }, { body }) => {
    element('landed').hidden = false
    showRecording(service, element('recordings'), element('recording'), { name, key: body.key })
  })
}

function askForKey (problem) {
  element('sign-in').hidden = false
  element('sign-in-problem').textContent = problem?.message ?? ''
  element('sign-in').addEventListener('submit', async event => {
    event.preventDefault()
    const apiKey = element('api-key').value.trim()
    element('sign-in-problem').textContent = ''
    try {
      await signIn(apiKey)
      sessionStorage.setItem(KEY, apiKey)
    } catch (error) {
      element('sign-in-problem').textContent = error.message
      element('api-key').select()
    }
  })
}

element('sign-out').addEventListener('click', () => {
  sessionStorage.setItem(KEY, '')
  location.reload()
})

const known = sessionStorage.getItem(KEY)
const { apiKey: given } = await new Service('').call('GET', '/playground/settings')
const apiKey = known ?? given ?? ''
element('api-key').value = given ?? ''
element('account').textContent = apiKey === given ? 'With the development key.' : 'With your API key, until this tab closes.'
if (apiKey === '') {
  askForKey()
} else {
  await signIn(apiKey).catch(askForKey)
}
