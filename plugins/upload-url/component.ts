import { Type, type Static, type TSchema } from '@sinclair/typebox'

/**
 * A reference to a schema that has an `$id`, typed as the schema itself. In the OpenAPI document it
 * becomes a `$ref` to the component of that name.
 */
export function ref<T extends TSchema> (schema: T) {
  return Type.Unsafe<Static<T>>(Type.Ref(schema.$id!))
}

/** A string out of a closed list, written as `enum`, which reads better than a union of constants. */
export function stringEnum<const T extends readonly string[]> (values: T, options: { description?: string } = {}) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: values, ...options })
}

/** A type none of whose parts may be changed. */
export type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T
