const KEY = 'weir.reloaded';
/** So that a server and a page that will never agree do not load forever. */
const ONCE_IN = 30_000;

/** The server is of another version than this page: the page that it serves now will be the right one. */
export function reloadForNewVersion(): void {
  const last = Number(sessionStorage.getItem(KEY) ?? 0);
  if (Date.now() - last < ONCE_IN) return;
  sessionStorage.setItem(KEY, String(Date.now()));
  location.reload();
}
