export * from './transfer.js'
