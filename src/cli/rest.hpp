// What a process that has come to rest gives back to the system: memory that its work took and no longer needs.
#pragma once

namespace linchpin::cli {

void give_back_heap();
// The code that ran at the start and is not run again: its pages are mapped anew where they are wanted after all.
void give_back_code();

}  // namespace linchpin::cli
