import { Accepted } from './accepted.js'
import { recordingType, recordWith } from './recorder.js'
import { Service } from './service.js'
import { Uploads } from './uploader.js'

const KEY = 'api-key'
const { crypto, document, location, sessionStorage, TextEncoder } = globalThis
const element = id => document.getElementById(id)

/** Shows the uploader where the key is good. */
async function signIn (apiKey, accepted) {
  const service = new Service(apiKey)
  await service.assertKnown()
  const chooseFiles = () => element('files').click()
  const list = {
    element: element('list'),
    section: element('uploads'),
    template: element('item'),
    announcement: element('announcement'),
    chooseButton: element('choose')
  }
  const uploads = new Uploads({ service, accepted, owner: await nameOf(apiKey), list, chooseFiles })
  takeFiles(uploads, accepted, chooseFiles)
  element('sign-in').hidden = true
  element('upload').hidden = false
  element('sign-out').hidden = false
  await uploads.findUnfinished()
}

/** What tells the owner of a key from others, and not the key. */
async function nameOf (apiKey) {
  if (crypto.subtle === undefined) return ''
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(apiKey))
  return Array.from(new Uint8Array(digest).subarray(0, 8), byte => byte.toString(16).padStart(2, '0')).join('')
}

function takeFiles (uploads, accepted, chooseFiles) {
  const input = element('files')
  input.accept = accepted.fileTypes
  element('accepted').textContent = accepted.description
  element('choose').addEventListener('click', chooseFiles)
  input.addEventListener('change', () => {
    uploads.add(input.files)
    // The same file can be chosen again.
    input.value = ''
  })
  document.addEventListener('paste', ({ clipboardData }) => uploads.add(clipboardData.files))
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
    uploads.add(event.dataTransfer.files)
  })

  const type = recordingType(accepted)
  element('record-pane').hidden = type === undefined
  if (type === undefined) return
  const elements = { button: element('record'), note: element('record-note'), level: element('level') }
  recordWith(elements, stream => uploads.record(stream, type))
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
