/** What the directory consists of, for the wiring. */
import { DirectoryListRepository } from './directory-list.repository.js';
import { DirectorySearch } from './directory-search.js';
import { DirectoryStatusQuery } from './directory-status.query.js';
import { DirectorySweepJob } from './directory-sweep.job.js';
import { DirectorySyncJob } from './directory-sync.job.js';
import { DirectoryController } from './directory.controller.js';
import { DirectoryRepository } from './directory.repository.js';
import { LaneMoves } from './lane-moves.js';
import { LookUp } from './look-up.js';
import { PeopleController } from './people.controller.js';
import { PickDestination } from './pick-destination.js';
import { ChannelReadership } from './readership.js';
import { RecentDestinations } from './recent-destinations.js';
import { ResolutionJob } from './resolution.job.js';
import { ResolveAddress } from './resolve-address.js';

export const DIRECTORY_CONTROLLERS = [DirectoryController, PeopleController];
export const DIRECTORY_PROVIDERS = [DirectoryRepository, DirectoryListRepository, DirectorySearch, RecentDestinations, PickDestination, DirectoryStatusQuery, DirectorySyncJob, DirectorySweepJob, LaneMoves, LookUp, ChannelReadership, ResolveAddress, ResolutionJob];
