export { checkBucket, type Check, type Result } from './check.js'
export { setUpBucket, type SetupOptions } from './setup.js'
export { openSite, type Site, type SiteOptions } from './site.js'
