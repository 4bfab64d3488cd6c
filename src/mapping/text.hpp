// Text as people write it: Unicode by ICU, with a fast path for ASCII. All texts are UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace linchpin::mapping {

bool is_ascii(std::string_view);
std::string nfc(std::string_view);  // canonical composition (Unicode 15, ICU)

// The code point at `position`, which moves behind it. Needs: position < text.size(), valid UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& position);
void append(std::string& text, char32_t code_point);
std::size_t count_code_points(std::string_view);

bool is_space(char32_t);      // White_Space
bool is_invisible(char32_t);  // controls, format characters, default-ignorables: nothing that a reader sees
bool is_letter(char32_t);
bool has_letter(std::string_view);

// Without white space and invisible characters at either end.
std::string trimmed(std::string_view);
bool is_blank(std::string_view);              // nothing is left of it when trimmed
std::string single_spaced(std::string_view);  // trimmed, and every run of white space inside is one space
std::string ascii_digits(std::string_view);   // decimal digits of every script, and full-width / - . + : , as ASCII
std::string lower_ascii(std::string_view);    // A-Z only
std::string upper_ascii(std::string_view);    // a-z only

// NFC, trimmed, single spaces, no invisible characters but joiners that spell (between letters, in emoji).
std::string cleaned(std::string_view);

// The key that spelling variants share: ICU's Any-Latin; Latin-ASCII; Lower.
std::string fold_key(std::string_view);
std::string case_folded(std::string_view);  // Unicode's default case folding

}  // namespace linchpin::mapping
