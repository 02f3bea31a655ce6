/** The green message fixed to the bottom of the screen. The region is always there, so that its text is read out. */
export function BottomStatus({ children }: { children: string | undefined }) {
  return <div className="bottom-status" role="status">{children !== undefined && <p>{children}</p>}</div>;
}
