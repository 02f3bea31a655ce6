/** The emoji of our own messages; any other is shown by its name, as Slack shows one that it lacks. */
const EMOJI: Readonly<Record<string, string>> = {
  red_circle: '🔴',
  large_orange_circle: '🟠',
  large_yellow_circle: '🟡',
  large_blue_circle: '🔵',
  white_circle: '⚪',
  white_check_mark: '✅',
  warning: '⚠️',
  bell: '🔔',
};

export function emojiOf(name: string): string {
  return EMOJI[name] ?? `:${name}:`;
}
