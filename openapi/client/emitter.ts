/** An EventTarget whose events are CustomEvents with these details. */
export class Emitter<Events extends object> extends EventTarget {
  override addEventListener<Name extends keyof Events & string> (
    type: Name, listener: (event: CustomEvent<Events[Name]>) => void, options?: boolean | AddEventListenerOptions
  ): void
  override addEventListener (
    type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions
  ): void
  override addEventListener (type: string, listener: unknown, options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, listener as EventListener, options)
  }

  protected emit<Name extends keyof Events & string> (type: Name, detail: Events[Name]): void {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
