// Before the first paint: theme and language as the person chose them, else as the browser has them. A file of its own, so that no inline script needs allowing.
(() => {
  const stored = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const theme = stored('weir.theme');
  const dark = theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  const language = stored('weir.language') ?? (navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en');
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.documentElement.lang = language === 'ko' ? 'ko' : 'en';
})();
