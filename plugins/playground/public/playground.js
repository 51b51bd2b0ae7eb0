import { Accepted } from './accepted.js'
import { recordingType, recordWith } from './recorder.js'
import { Service } from './service.js'
import { Uploader } from './uploader.js'

const KEY = 'api-key'
const { document, location, sessionStorage } = globalThis
const element = id => document.getElementById(id)

/** Shows the uploader where the key is good. */
async function signIn (apiKey, accepted) {
  const service = new Service(apiKey)
  const { companionEndpoint } = await service.call('POST', '/uppy-tokens')
  const chooseFiles = () => element('files').click()
  const list = {
    element: element('list'),
    section: element('uploads'),
    template: element('item'),
    announcement: element('announcement'),
    chooseButton: element('choose')
  }
  const uploader = new Uploader({ service, accepted, companionEndpoint, list, chooseFiles })
  takeFiles(uploader, accepted, chooseFiles)
  element('sign-in').hidden = true
  element('upload').hidden = false
  element('sign-out').hidden = false
}

function takeFiles (uploader, accepted, chooseFiles) {
  const input = element('files')
  input.accept = accepted.fileTypes
  element('accepted').textContent = accepted.description
  element('choose').addEventListener('click', chooseFiles)
  input.addEventListener('change', () => {
    uploader.add(input.files)
    // The same file can be chosen again.
    input.value = ''
  })
  document.addEventListener('paste', ({ clipboardData }) => uploader.add(clipboardData.files))
  // Anywhere on the page, for a file that is dropped beside the area would replace the page.
  document.addEventListener('dragover', event => {
    event.preventDefault()
    element('drop').classList.add('over')
  })
  document.addEventListener('dragleave', event => {
    if (event.relatedTarget === null) element('drop').classList.remove('over')
  })
  document.addEventListener('drop', event => {
    event.preventDefault()
    element('drop').classList.remove('over')
    uploader.add(event.dataTransfer.files)
  })

  const type = recordingType(accepted)
  element('record-pane').hidden = type === undefined
  if (type !== undefined) recordWith(element('record'), element('record-note'), type, file => uploader.add([file]))
}

function askForKey (accepted, problem) {
  element('sign-in').hidden = false
  element('sign-in-problem').textContent = problem?.message ?? ''
  element('sign-in').addEventListener('submit', async event => {
    event.preventDefault()
    const apiKey = element('api-key').value.trim()
    element('sign-in-problem').textContent = ''
    try {
      await signIn(apiKey, accepted)
      sessionStorage.setItem(KEY, apiKey)
      element('choose').focus()
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
const settings = await new Service('').call('GET', '/playground/settings')
const accepted = new Accepted(settings)
const apiKey = known ?? settings.apiKey ?? ''
element('api-key').value = settings.apiKey ?? ''
if (apiKey === '') {
  askForKey(accepted)
} else {
  await signIn(apiKey, accepted).catch(error => askForKey(accepted, error))
}
