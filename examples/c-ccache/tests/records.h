#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "csv.h"

using Record = std::vector<std::string>;

// What a reader made of some input.
struct Parsed {
    std::vector<Record> records;
    std::vector<size_t> lines;
    csv_status status = CSV_OK;
    size_t line = 0;
};

// Reads `text`, in pieces of `piece` bytes.
inline Parsed parse(const std::string& text, size_t piece = 1 << 20) {
    Parsed parsed;
    auto onRecord = [](void* context, size_t line, const char* const* fields, size_t count) {
        auto* into = static_cast<Parsed*>(context);
        into->records.emplace_back(fields, fields + count);
        into->lines.push_back(line);
    };
    csv_reader* reader = csv_reader_new(onRecord, &parsed);
    for (size_t at = 0; at < text.size() && parsed.status == CSV_OK; at += piece)
        parsed.status = csv_feed(reader, text.data() + at, std::min(piece, text.size() - at));
    if (parsed.status == CSV_OK) parsed.status = csv_finish(reader);
    parsed.line = csv_line(reader);
    csv_reader_free(reader);
    return parsed;
}

inline std::string asField(const std::string& field) {
    std::string out(field.size() * 2 + 3, '\0');
    out.resize(csv_quote(field.c_str(), out.data(), out.size()));
    return out;
}
