/** A rich_text block: sections, quotes and lists. Text stays text; only http and https addresses become links. */
import type { RichTextElement, RichTextPart, TextStyle } from '@tocsin/domain';
import { Fragment, type ReactNode } from 'react';

import { Emoji } from './emoji.js';

export function RichText({ parts }: { parts: readonly RichTextPart[] }) {
  return parts.map((part, at) => <PartView key={at} part={part} />);
}

function PartView({ part }: { part: RichTextPart }): ReactNode {
  switch (part.type) {
    case 'rich_text_quote':
      return <blockquote><Elements elements={part.elements} /></blockquote>;
    case 'rich_text_list':
      return <ul>{part.elements.map((item, at) => <li key={at}><Elements elements={item.elements} /></li>)}</ul>;
    case 'rich_text_section':
      return <p><Elements elements={part.elements} /></p>;
  }
}

/** Elements have no identity but their place, and are drawn anew as a whole. */
function Elements({ elements }: { elements: readonly RichTextElement[] }) {
  return elements.map((element, at) => <Fragment key={at}>{drawn(element)}</Fragment>);
}

function drawn(element: RichTextElement): ReactNode {
  switch (element.type) {
    case 'text':
      return styled(element.text, element.style);
    case 'link':
      return /^https?:\/\//i.test(element.url) ? <a href={element.url} target="_blank" rel="noopener noreferrer">{styled(element.text, element.style)}</a> : styled(element.text, element.style);
    case 'emoji':
      return <Emoji name={element.name} />;
    case 'user':
      return <strong>{`@${element.user_id}`}</strong>;
    case 'usergroup':
      return <strong>{`@${element.usergroup_id}`}</strong>;
    case 'date':
      return <time dateTime={new Date(element.timestamp * 1000).toISOString()}>{element.fallback}</time>;
  }
}

function styled(text: string, { bold, italic, code }: TextStyle = {}): ReactNode {
  let node: ReactNode = text;
  if (code) node = <code>{node}</code>;
  if (italic) node = <em>{node}</em>;
  if (bold) node = <strong>{node}</strong>;
  return node;
}
