// What systems hold, and what people elsewhere have typed, as a terminal may show it: nobody's family name moves the
// cursor, takes a colour or begins a line of a list that somebody says yes to.
#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"

namespace linchpin::cli {

// The text on one line, with what a terminal would obey written out: control characters (C0, DEL, C1), what separates
// lines or turns the direction of writing, and bytes that are no UTF-8. A line's end is `\n`, ESC `\x1b`, U+202E
// `\u202e`. A backslash stays as it is: what comes out is for people. Of a whole answer it is done before it is laid
// out, so that the lines' ends that are ours stay.
std::string printable(std::string_view text);

// An answer with each text and name in it printable. Not for JSON, CSV or a page, which have escapes of their own.
Json printable_answer(const Json&);

// A value of a printable answer, in a line: a text as it is, anything else as JSON. A backslash stays one there, too.
std::string in_line(const Json& printable_value);

}  // namespace linchpin::cli
