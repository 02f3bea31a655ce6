/** A channel of Slack's as its readers see it, played: what was posted, edited and deleted there, and how Slack answers. */
import { failureOfCode, noAnswer, notSent, tooFast, type SlackFailure } from '@tocsin/domain';
import type { MessageEdit, PostedMessage, SlackAnswer, SlackDoor } from '@tocsin/slack';

/** How Slack answers. What is lost may have been done. */
export type Mood = 'ok' | 'lost, done' | 'lost, not done' | 'busy' | 'away' | 'refuses blocks' | 'refuses';

type Method = 'post' | 'edit' | 'delete';

const REFUSALS = { post: 'not_in_channel', edit: 'invalid_blocks', delete: 'cant_delete_message' } as const;

export interface Shown {
  ts: string;
  deliveryId: string;
  threadTs: string | undefined;
  /** As it was posted, and as it is. */
  first: string;
  now: string;
  isDeleted: boolean;
  /** Its time for edits is over. */
  isFixed: boolean;
}

interface Content {
  text: string;
  blocks?: readonly object[] | undefined;
  attachments?: readonly object[] | undefined;
}

export class PlayedChannel {
  readonly messages: Shown[] = [];

  /** @param mood of the request that is made now @param meanwhile what happens while Slack is asked */
  constructor(
    private readonly mood: (method: Method) => Mood,
    private readonly meanwhile: () => Promise<void>,
  ) {}

  get door(): SlackDoor {
    return { postMessage: (message: Buffer) => this.post(message), updateMessage: (edit: MessageEdit) => this.edit(edit), deleteMessage: (place: PostedMessage) => this.delete(place) } as unknown as SlackDoor;
  }

  /** Those that stand in the channel, or in the thread of one that does. */
  visible(threadTs?: string): Shown[] {
    return this.messages.filter((message) => !message.isDeleted && message.threadTs === threadTs);
  }

  private async post(body: Buffer): Promise<SlackAnswer<PostedMessage>> {
    const { channel, thread_ts: threadTs, metadata, ...content } = JSON.parse(body.toString()) as Content & { channel: string; thread_ts?: string; metadata: { event_payload: { delivery_id: string } } };
    await this.meanwhile();
    if (threadTs !== undefined && !this.visible().some(({ ts }) => ts === threadTs)) return refused('thread_not_found');
    return this.answer('post', channel, content, () => {
      const ts = `1700000000.${String(this.messages.length + 1).padStart(6, '0')}`;
      this.messages.push({ ts, threadTs, deliveryId: metadata.event_payload.delivery_id, first: wordsOf(content), now: wordsOf(content), isDeleted: false, isFixed: false });
      return ts;
    });
  }

  private async edit({ channel, ts, ...content }: MessageEdit): Promise<SlackAnswer<PostedMessage>> {
    await this.meanwhile();
    const message = this.messages.find((one) => one.ts === ts && !one.isDeleted);
    if (!message) return refused('message_not_found');
    if (message.isFixed) return refused('edit_window_closed');
    return this.answer('edit', channel, content, () => {
      message.now = wordsOf(content);
      return ts;
    });
  }

  private async delete({ channel, ts }: PostedMessage): Promise<SlackAnswer<PostedMessage>> {
    await this.meanwhile();
    const message = this.messages.find((one) => one.ts === ts && !one.isDeleted);
    if (!message) return refused('message_not_found');
    return this.answer('delete', channel, {}, () => {
      message.isDeleted = true;
      return ts;
    });
  }

  private answer(method: Method, channel: string, { blocks = [] }: Partial<Content>, take: () => string): SlackAnswer<PostedMessage> {
    const mood = this.mood(method);
    switch (mood) {
      case 'ok':
        return { ok: true, value: { channel, ts: take() } };
      case 'lost, done':
        take();
        return failed(noAnswer('it took too long'));
      case 'lost, not done':
        return failed(noAnswer('it took too long'));
      case 'busy':
        return failed(tooFast(1));
      case 'away':
        return failed(notSent('refused'));
      case 'refuses blocks':
        return blocks.length > 0 ? refused('invalid_blocks') : { ok: true, value: { channel, ts: take() } };
      case 'refuses':
        return refused(REFUSALS[method]);
    }
  }
}

function failed(failure: SlackFailure): SlackAnswer<PostedMessage> {
  return { ok: false, failure };
}

function refused(code: string): SlackAnswer<PostedMessage> {
  return failed(failureOfCode(code));
}

function wordsOf({ text, blocks = [], attachments = [] }: Content): string {
  return [text, JSON.stringify(blocks), JSON.stringify(attachments)].join('\n');
}
