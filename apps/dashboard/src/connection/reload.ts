const KEY = 'weir.reloaded';
/** So that a server and a page that will never agree do not load forever. */
const ONCE_IN = 30_000;

/** What the page has of the server is of no use (another version of it, a part that never comes): the page that is served now will be the right one. */
export function reloadPage(): void {
  const last = Number(sessionStorage.getItem(KEY) ?? 0);
  if (Date.now() - last < ONCE_IN) return;
  sessionStorage.setItem(KEY, String(Date.now()));
  location.reload();
}
