/** The blocks that the sandbox knows, with Slack's limits: what an app may put into a message without being asked for input. */
import { anything, both, byType, flag, isRecord, list, number, object, oneOf, string, url, type Check } from './checks.js';

const blockId = string(255);
const blockFields = { block_id: blockId };

function plain(max: number): Check {
  return byType({ plain_text: object({ text: string(max) }, { emoji: flag }) });
}

function text(max: number): Check {
  return byType({
    plain_text: object({ text: string(max) }, { emoji: flag }),
    mrkdwn: object({ text: string(max) }, { verbatim: flag }),
  });
}

const imageSource: Check = (value, pointer, report) => {
  if (isRecord(value) && value.image_url === undefined && value.slack_file === undefined) {
    report({ pointer, message: 'must define either `image_url` or `slack_file`' });
  }
};

const imageElement = both(imageSource, object({ alt_text: string(2000) }, { image_url: url, slack_file: anything }));

const confirmation = object({ title: plain(100), text: text(300), confirm: plain(30), deny: plain(30) }, { style: oneOf('primary', 'danger') });

const button = object(
  { text: plain(75) },
  { action_id: string(255), url, value: string(2000), style: oneOf('primary', 'danger'), confirm: confirmation, accessibility_label: string(75) },
);

const sectionContent: Check = (value, pointer, report) => {
  if (isRecord(value) && value.text === undefined && value.fields === undefined) {
    report({ pointer, message: 'must define either `text` or `fields`' });
  }
};

const style = object({}, { bold: flag, italic: flag, strike: flag, code: flag, underline: flag, highlight: flag, client_highlight: flag, unlink: flag });

const inline = byType({
  text: object({ text: string(Infinity) }, { style }),
  link: object({ url }, { text: string(Infinity), style, unsafe: flag }),
  emoji: object({ name: string(255) }, { unicode: string(255), skin_tone: number, style }),
  user: object({ user_id: string(255) }, { style }),
  usergroup: object({ usergroup_id: string(255) }, { style }),
  channel: object({ channel_id: string(255) }, { style }),
  broadcast: object({ range: oneOf('here', 'channel', 'everyone') }, { style }),
  date: object({ timestamp: number, format: string(3000) }, { url, fallback: string(3000), style }),
  color: object({ value: string(7) }, { style }),
});

const many = Infinity;
const richSection = object({ elements: list(inline, many, 0) });
const richList = object(
  { elements: list(byType({ rich_text_section: richSection }), many), style: oneOf('bullet', 'ordered') },
  { indent: number, border: number, offset: number },
);

const richText = object({
  elements: list(byType({
    rich_text_section: richSection,
    rich_text_list: richList,
    rich_text_quote: object({ elements: list(inline, many, 0) }, { border: number }),
    rich_text_preformatted: object({ elements: list(inline, many, 0) }, { border: number, language: string(255) }),
  }), many, 0),
}, blockFields);

const block = byType({
  section: both(sectionContent, object({}, {
    ...blockFields, text: text(3000), fields: list(text(2000), 10), expand: flag, accessory: byType({ button, image: imageElement }),
  })),
  header: object({ text: plain(150) }, { ...blockFields, level: number }),
  context: object({ elements: list(byType({ plain_text: text(3000), mrkdwn: text(3000), image: imageElement }), 10) }, blockFields),
  divider: object({}, blockFields),
  image: both(imageSource, object({ alt_text: string(2000) }, { ...blockFields, image_url: url, slack_file: anything, title: plain(2000) })),
  actions: object({ elements: list(byType({ button }), 25) }, blockFields),
  markdown: object({ text: string(12_000) }, blockFields),
  rich_text: richText,
});

/** The blocks of one message or one attachment: 50 at most. */
export const blocks = list(block, 50, 0);
