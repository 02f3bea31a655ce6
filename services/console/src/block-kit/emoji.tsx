/** The emoji of our own messages, drawn, as not every machine has them; any other is shown by its name. */

const CIRCLES: Readonly<Record<string, string>> = {
  red_circle: '#dd2e44',
  large_orange_circle: '#f4900c',
  large_yellow_circle: '#fdcb58',
  large_blue_circle: '#55acee',
  white_circle: '#e6e7e8',
  white_check_mark: '#77b255',
};

export function Emoji({ name }: { name: string }) {
  const fill = CIRCLES[name];
  if (fill === undefined) return `:${name}:`;
  return (
    <svg className="emoji" viewBox="0 0 16 16" width="15" height="15" role="img" aria-label={name.replaceAll('_', ' ')}>
      <circle cx="8" cy="8" r="7.5" fill={fill} stroke="#0003" />
      {name === 'white_check_mark' && <path d="M4.5 8.5l2.5 2.5 4.5-5.5" fill="none" stroke="#fff" strokeWidth="2" />}
    </svg>
  );
}
