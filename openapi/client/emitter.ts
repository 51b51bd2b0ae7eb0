/** Adds a listener of an event whose detail is known. */
type AddListener<Events> = (<Name extends keyof Events & string> (
  type: Name, listener: (event: CustomEvent<Events[Name]>) => void, options?: boolean | AddEventListenerOptions
) => void) & EventTarget['addEventListener']

/** An EventTarget whose events are CustomEvents with these details. */
export class Emitter<Events extends object> extends EventTarget {
  declare addEventListener: AddListener<Events>

  protected emit<Name extends keyof Events & string> (type: Name, detail: Events[Name]): void {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
