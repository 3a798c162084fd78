export function Logo() {
  return (
    <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <path
        d="M6 20.5c3.2 0 3.2-9 6.4-9s3.2 9 6.4 9 2.6-5.5 4.4-7.6"
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="2.8"
        strokeLinecap="round"
      />
      <circle cx="25" cy="11" r="2.6" fill="var(--on-accent)" />
    </svg>
  )
}
