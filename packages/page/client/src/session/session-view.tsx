export function SessionView(_: { readonly sessionKey: string }) {
  return <p>session</p>;
}
