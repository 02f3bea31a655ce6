/** What living messages consist of, for the wiring. */
import { ChangeWaiting } from './change-waiting.js';
import { EditJob } from './edit.job.js';
import { EditMessage } from './edit-message.js';
import { EditRepository } from './edit.repository.js';
import { FollowChanges } from './follow-changes.js';
import { IssueChangesConsumer } from './issue-changes.consumer.js';
import { IssueNewsRepository } from './issue-news.repository.js';
import { ToldIssues } from './told-issues.repository.js';

export const LIVING_CONTROLLERS = [IssueChangesConsumer];
export const LIVING_PROVIDERS = [ToldIssues, IssueNewsRepository, ChangeWaiting, FollowChanges, EditRepository, EditMessage, EditJob];
