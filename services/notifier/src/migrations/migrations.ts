/** In the order in which they came. */
import { Initial1732460000000 } from './1732460000000-initial.js';
import { Delivery1764028800000 } from './1764028800000-delivery.js';
import { Commands1764115200000 } from './1764115200000-commands.js';
import { Directory1764202000000 } from './1764202000000-directory.js';
import { Destinations1764202100000 } from './1764202100000-destinations.js';
import { AuditOfTarget1764202600000 } from './1764202600000-audit-of-target.js';
import { CountsByWriter1764209000000 } from './1764209000000-counts-by-writer.js';
import { CommandsAsTheyCame1764210000000 } from './1764210000000-commands-as-they-came.js';
import { LessToLookUp1764211000000 } from './1764211000000-less-to-look-up.js';
import { CommandsAsEvents1764212000000 } from './1764212000000-commands-as-events.js';
import { LeftBehindFirst1764213000000 } from './1764213000000-left-behind-first.js';
import { WaitingInLanes1764214000000 } from './1764214000000-waiting-in-lanes.js';
import { ClaimsAsAsked1764215000000 } from './1764215000000-claims-as-asked.js';
import { RestingLanes1764301000000 } from './1764301000000-resting-lanes.js';
import { SettledByOrganization1764303000000 } from './1764303000000-settled-by-organization.js';
import { LimitsAsTold1764304000000 } from './1764304000000-limits-as-told.js';
import { ClaimsThatNobodyHeardOf1764305000000 } from './1764305000000-claims-that-nobody-heard-of.js';
import { Retractions1764306000000 } from './1764306000000-retractions.js';
import { AnswersInThreads1764307000000 } from './1764307000000-answers-in-threads.js';
import { Repetitions1764308000000 } from './1764308000000-repetitions.js';
import { LastEdits1764309340000 } from './1764309340000-last-edits.js';
import { EditsAsProbes1764309400000 } from './1764309400000-edits-as-probes.js';
import { PausesOfWhatWasLeftBehind1764309500000 } from './1764309500000-pauses-of-what-was-left-behind.js';
import { AllowancesInOrder1764309510000 } from './1764309510000-allowances-in-order.js';
import { Renewals1764309600000 } from './1764309600000-renewals.js';
import { PausesOfEdits1764309800000 } from './1764309800000-pauses-of-edits.js';

export const MIGRATIONS = [Initial1732460000000, Delivery1764028800000, Commands1764115200000, Directory1764202000000, Destinations1764202100000, AuditOfTarget1764202600000, CountsByWriter1764209000000, CommandsAsTheyCame1764210000000, LessToLookUp1764211000000, CommandsAsEvents1764212000000, LeftBehindFirst1764213000000, WaitingInLanes1764214000000, ClaimsAsAsked1764215000000, RestingLanes1764301000000, SettledByOrganization1764303000000, LimitsAsTold1764304000000, ClaimsThatNobodyHeardOf1764305000000, Retractions1764306000000, AnswersInThreads1764307000000, Repetitions1764308000000, LastEdits1764309340000, EditsAsProbes1764309400000, PausesOfWhatWasLeftBehind1764309500000, AllowancesInOrder1764309510000, Renewals1764309600000, PausesOfEdits1764309800000];
