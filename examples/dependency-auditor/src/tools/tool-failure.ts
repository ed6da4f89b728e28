/** A check that could not be made; `name` is what the session stores as the error's type. */
export class ToolFailure extends Error {
  override readonly name: string;

  constructor(name: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}
