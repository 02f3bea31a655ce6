/** The message of a delivery; where it has two forms, as when it was edited since, with the choice between them. */
import { Skeleton, Tabs, Text, Title } from '@mantine/core';

import type { Delivery } from '@tocsin/contracts';

import { useDeliveryMessage, type SlackContent } from '../api/delivery-message.js';
import { BlockKitView } from '../block-kit/block-kit-view.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { messageForms, type MessageForm } from './message-forms.js';

export function DeliveryMessageView({ delivery }: { delivery: Delivery }) {
  const { data, error, refetch } = useDeliveryMessage(delivery);
  const [form, ...others] = data ? messageForms(delivery, data) : [];
  return (
    <section aria-label="Message">
      <Title order={3} size="h6" mb={8}>{form && others.length === 0 ? form.title : 'Message'}</Title>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={180} />}
      {form && others.length === 0 && <Form form={form} />}
      {form && others.length > 0 && <Forms key={delivery.id} first={form} others={others} />}
    </section>
  );
}

function Forms({ first, others }: { first: MessageForm; others: readonly MessageForm[] }) {
  const forms = [first, ...others];
  return (
    <Tabs defaultValue={first.id}>
      <Tabs.List mb="sm" aria-label="Forms of the message">
        {forms.map(({ id, title }) => <Tabs.Tab key={id} value={id}>{title}</Tabs.Tab>)}
      </Tabs.List>
      {forms.map((form) => <Tabs.Panel key={form.id} value={form.id}><Form form={form} /></Tabs.Panel>)}
    </Tabs>
  );
}

function Form({ form: { content, editedAt, note } }: { form: MessageForm }) {
  return (
    <>
      {editedAt !== undefined && <Text size="sm" c="dimmed" mb={4}>Brought up to date <time dateTime={editedAt}>{momentOf(editedAt)}</time>.</Text>}
      {note !== undefined && <Text size="sm" c="dimmed" mb={4}>{note}</Text>}
      <Content content={content} />
    </>
  );
}

function Content({ content }: { content: SlackContent }) {
  if (content.plainText !== true) return <BlockKitView message={{ ...content, warnings: [] }} />;
  return (
    <>
      <Text size="sm" c="dimmed" mb={4}>Slack refused the formatted message, so it goes as plain text.</Text>
      <div className="slack"><p className="source-text">{content.text}</p></div>
    </>
  );
}

function momentOf(at: string): string {
  return new Date(at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' });
}
