/** One issue in the list. */
import { Badge, Checkbox, Group, Text } from '@mantine/core';
import { Link, useLocation } from 'react-router';

import type { Issue } from '@tocsin/domain';

import { SeverityMark } from '../parts/severity-mark.js';
import { TimeAgo } from '../parts/time-ago.js';
import { IssueMenu } from './issue-menu.js';
import { statusWord } from './issue-words.js';
import { FROM_LIST } from './opened-from.js';

interface IssueRowProps {
  issue: Issue;
  selected: boolean;
  open: boolean;
  onToggle: () => void;
  onSend: () => void;
}

export function IssueRow({ issue, selected, open, onToggle, onSend }: IssueRowProps) {
  const { search } = useLocation();
  const { id, title, severity, status, application, tool, location, firstSeen } = issue;
  return (
    <tr role="row" data-selected={selected} data-open={open}>
      <td role="cell" className="narrow pick"><Checkbox aria-label={`Select ${title}`} checked={selected} onChange={onToggle} /></td>
      <td role="cell" className="narrow"><SeverityMark severity={severity} /></td>
      <td role="cell" className="main">
        <Group gap="xs">
          <Link to={{ pathname: `/issues/${encodeURIComponent(id)}`, search }} state={FROM_LIST} className="plain-link">{title}</Link>
          {status !== 'open' && <Badge variant="outline" color="gray" tt="none" className="mark">{statusWord(status)}</Badge>}
        </Group>
        {location && <Text size="xs" c="dimmed" lineClamp={1} className="place">{location.line === undefined ? location.path : `${location.path}:${location.line}`}</Text>}
      </td>
      <td role="cell" className="name"><span>{application}</span></td>
      <td role="cell" className="name aside"><span>{tool ?? '–'}</span></td>
      <td role="cell" className="narrow"><TimeAgo at={firstSeen} /></td>
      <td role="cell" className="narrow"><IssueMenu issue={issue} onSend={onSend} /></td>
    </tr>
  );
}
