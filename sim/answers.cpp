#include "sim/answers.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "models/core/error.h"
#include "sim/output_file.h"

namespace sparsim {
namespace {

/// Of images of a class against the others.
std::optional<double> area_of_class(const Answers& answers, const std::vector<std::int32_t>& classes, std::int32_t c) {
  double pairs = 0, higher = 0;
  const auto score = [&](std::size_t i) {
    // One score speaks of the second class.
    return answers[i].size() == 1 ? (c == 1 ? answers[i][0] : -answers[i][0]) : answers[i][static_cast<std::size_t>(c)];
  };
  for (std::size_t i = 0; i < answers.size(); ++i)
    for (std::size_t j = 0; j < answers.size(); ++j) {
      if (classes[i] != c || classes[j] == c) continue;
      pairs += 1;
      higher += score(i) > score(j) ? 1 : score(i) == score(j) ? 0.5 : 0;
    }
  return pairs > 0 ? std::optional(higher / pairs) : std::nullopt;
}

/// What stands between blanks; where nothing stands between commas, an empty word.
std::vector<std::string> words_of(const std::string& line) {
  const bool commas = line.find(',') != std::string::npos;
  std::vector<std::string> words;
  std::istringstream pieces(line + ",");  // so that getline sees an empty last piece
  for (std::string piece; std::getline(pieces, piece, ',');) {
    const std::size_t before = words.size();
    std::istringstream blanks(piece);
    for (std::string word; blanks >> word;) words.push_back(word);
    if (commas && words.size() == before) words.emplace_back();
  }
  return words;
}

}  // namespace

std::int32_t class_of(const std::vector<double>& answer) {
  if (answer.size() == 1) return answer[0] > 0.5 ? 1 : 0;
  return static_cast<std::int32_t>(std::max_element(answer.begin(), answer.end()) - answer.begin());
}

std::optional<double> area_under_roc(const Answers& answers, const std::vector<std::int32_t>& classes) {
  SPARSIM_CHECK(answers.size() == classes.size(), "{} answers, {} classes", answers.size(), classes.size());
  if (answers.empty()) return std::nullopt;
  const auto count = static_cast<std::int32_t>(std::max<std::size_t>(answers.front().size(), 2));
  double sum = 0;
  int known = 0;
  for (std::int32_t c = 0; c < count; ++c)
    if (const std::optional<double> area = area_of_class(answers, classes, c)) {
      sum += *area;
      ++known;
    }
  return known > 0 ? std::optional(sum / known) : std::nullopt;
}

AnswerComparison compare(const Answers& answers, const Answers& reference) {
  SPARSIM_CHECK(answers.size() == reference.size(), "{} answers, {} of a reference", answers.size(), reference.size());
  AnswerComparison result;
  std::vector<std::int32_t> classes;
  std::vector<double> errors;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].size() != reference[i].size())
      input_error("the reference has {} scores an image, the network {}", reference[i].size(), answers[i].size());
    classes.push_back(class_of(reference[i]));
    result.same_class += class_of(answers[i]) == classes.back();
    double farthest = 0;
    for (std::size_t c = 0; c < answers[i].size(); ++c)
      farthest = std::max(farthest, std::abs(answers[i][c] - reference[i][c]));
    errors.push_back(farthest);
  }
  result.images = answers.size();
  if (errors.empty()) return result;
  result.auc = area_under_roc(answers, classes).value_or(0);
  std::sort(errors.begin(), errors.end());
  const std::size_t middle = errors.size() / 2;
  result.median_error = errors.size() % 2 != 0 ? errors[middle] : (errors[middle - 1] + errors[middle]) / 2;
  result.largest_error = errors.back();
  return result;
}

Answers read_answers(const std::string& path) {
  constexpr std::size_t kLargestFile = 64u << 20;
  std::istringstream text(read_file(path, kLargestFile));
  Answers answers;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    std::vector<double> scores;
    for (const std::string& word : words_of(line)) {
      std::istringstream digits(word);
      double score = 0;
      if (!(digits >> score) || !digits.eof() || !std::isfinite(score))
        input_error("{}:{}: '{}': must be a number", path, number, word);
      scores.push_back(score);
    }
    if (scores.empty()) continue;
    if (!answers.empty() && scores.size() != answers.front().size())
      input_error("{}:{}: {} scores: must be {}, as in the lines before", path, number, scores.size(),
                  answers.front().size());
    answers.push_back(std::move(scores));
  }
  if (answers.empty()) input_error("{}: has no answers: must have a line of scores an image", path);
  return answers;
}

}  // namespace sparsim
