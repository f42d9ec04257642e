/** A weir: banks, the notched wall, water behind it. */
export function Logo() {
  return (
    <svg width="24" height="24" viewBox="0 0 32 32" fill="none" strokeLinejoin="round" aria-hidden="true" className="flex-none text-water">
      <path d="M6 20c2.5-2 5-2 7.5 0s5 2 7.5 0 4-2 5-1v5H6z" fill="currentColor" opacity=".35" />
      <path d="M3 6h6l4 9h6l4-9h6v20H3z" stroke="currentColor" strokeWidth="2.4" />
      <path d="M6 20.500c2.5-2 5-2 7.5 0s5 2 7.5 0 4-2 5-1" stroke="currentColor" strokeWidth="1.8" />
    </svg>
  );
}
