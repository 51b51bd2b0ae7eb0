const NAME = 'upload-state'

/** The tag of an upload that expires unless it is claimed: name and value. */
export const UNCLAIMED_TAG = [NAME, 'unclaimed'] as const

/** The tag of one that has been claimed. */
export const CLAIMED_TAG = [NAME, 'claimed'] as const
