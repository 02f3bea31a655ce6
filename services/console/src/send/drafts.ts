/** The drafts of this tab. */
import { Drafts } from './draft.js';

export const drafts = new Drafts(window.sessionStorage);
