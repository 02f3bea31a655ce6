/** Marks, in the history of the browser, an issue that was opened from the list: closing it goes back there. */
export const FROM_LIST = 'list';
