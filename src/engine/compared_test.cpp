#include "engine/compared.hpp"

#include <gtest/gtest.h>

#include "model/draft.hpp"

namespace linchpin::engine {
namespace {

std::shared_ptr<const model::Hub> example(const std::string& folder) {
  model::Findings findings;
  const std::vector<model::HubFile> files = model::read_folder("examples/" + folder, findings);
  return model::check_files(files, "staging", model::shipped_manifest).hub;
}

TEST(Compared, WhoHasAPersonsNameIsAPersonAndAFirmOrAnInvoiceIsNone) {
  const auto hub = example("companies-and-people");
  ASSERT_TRUE(hub);
  EXPECT_TRUE(are_people(hub->entity(EntityName("contact"))));
  EXPECT_FALSE(are_people(hub->entity(EntityName("company")))) << "its name is a firm's";
  EXPECT_FALSE(are_people(hub->entity(EntityName("invoice"))));
}

TEST(Compared, WhereAFieldIsCalledNameLikelySaysThatItIsAPersons) {
  const auto hub = example("companies-and-people");
  ASSERT_TRUE(hub);
  model::Entity entity = hub->entity(EntityName("company"));
  entity.match.likely.emplace();
  entity.match.likely->compare = {FieldName("name"), FieldName("phone")};
  EXPECT_TRUE(are_people(entity));
}

}  // namespace
}  // namespace linchpin::engine
