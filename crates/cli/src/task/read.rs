//! Reading of the data of a run, head by head.

use anyhow::Result;
use scalenas_space::Head;
use scalenas_train::{TaskData, Tasks};

use super::registry::room;
use super::request::Request;

impl Request<'_> {
    /// Reads training and held-out data of every head.
    pub fn tasks(&self) -> Result<Tasks> {
        let heads = self.info.space.heads.iter();
        Ok(Tasks::new(heads.map(|&head| self.task(head)).collect::<Result<_>>()?))
    }

    /// Reads training and held-out data of one head.
    pub fn task(&self, head: Head) -> Result<TaskData> {
        let held_out = room(head).held_out(self, &self.source(head)?)?;
        Ok(TaskData { held_out: Some(held_out), ..self.training(head)? })
    }

    /// Reads the training data of one head.
    pub fn training(&self, head: Head) -> Result<TaskData> {
        let source = self.source(head)?;
        let training = room(head).training(self, &source)?;
        Ok(TaskData { head, training, batch: source.batch, held_out: None })
    }
}
