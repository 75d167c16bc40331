#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sparsim {

/// What a network said of each image: a score a class, or one score, the probability of the second of two classes.
using Answers = std::vector<std::vector<double>>;

/// The class of an answer: the highest score, the first of equals; of one score, whether it is above a half.
std::int32_t class_of(const std::vector<double>& answer);

/// Area under the receiver operating characteristic: the probability that an image of a class scores higher for it than
/// one of another, ties by half; the mean over the classes that some images have and others have not. Nothing where no
/// class does.
std::optional<double> area_under_roc(const Answers& answers, const std::vector<std::int32_t>& classes);

/// Answers beside those of a reference.
struct AnswerComparison {
  std::size_t images = 0;
  std::size_t same_class = 0;
  double auc = 0;                              // against the reference's classes; 0 where it has only one
  double median_error = 0, largest_error = 0;  // of the score that is farthest off in each image

  /// The one list of names, units and meanings.
  template <class Visitor>
  void visit(Visitor&& v) const {
    v("images", images, "images", "compared with the reference");
    v("same_class", same_class, "images", "the class is that of the reference");
    v("auc", auc, "", "area under the ROC against the reference's classes, mean over classes");
    v("median_error", median_error, "", "of an image's scores the one that is farthest off: median over images");
    v("largest_error", largest_error, "", "the same: largest");
  }
};

/// Throws InputError where an answer has not as many scores as its reference.
AnswerComparison compare(const Answers& answers, const Answers& reference);

/// A text file with a line an image, scores separated by blanks or commas. Throws InputError with file and line for
/// what is no number, and where lines differ in length or there are none.
Answers read_answers(const std::string& path);

}  // namespace sparsim
